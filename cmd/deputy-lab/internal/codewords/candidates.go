package codewords

import "strings"

// natoWords are the spelling alphabet's words of two syllables and more, made for
// being told apart on bad lines.
var natoWords = strings.Fields("alpha bravo charlie delta echo foxtrot hotel india juliet kilo lima november oscar papa quebec romeo sierra tango uniform victor whiskey yankee zulu")

// candidates are common English nouns of two to four syllables, those in use
// until now first.
var candidates = append(strings.Fields(`
	falcon copper lantern velvet tiger dolphin magnet diamond waffle elephant banana rocket sapphire volcano window mountain octopus umbrella guitar kangaroo blossom thunder crystal penguin
	apple orange lemon melon cherry mango papaya coconut pineapple strawberry tomato potato carrot cabbage pumpkin mushroom broccoli spinach pepper cucumber avocado walnut peanut biscuit cookie
	pancake noodle sandwich hamburger spaghetti chocolate vanilla cinnamon butter bagel pretzel burrito paprika honey
	rabbit turtle monkey gorilla giraffe zebra leopard panda hamster squirrel beaver badger buffalo donkey camel chicken eagle sparrow pigeon parrot flamingo pelican lobster spider butterfly
	mosquito dragon dinosaur crocodile alligator salmon ostrich rhino
	basket blanket bottle button candle carpet castle curtain cushion feather hammer helmet jacket kettle ladder mirror necklace needle paddle pencil pillow
	piano violin trumpet saxophone accordion harmonica tambourine camera telescope microscope bicycle tractor helicopter submarine balloon parachute skateboard
	snowman rainbow sunflower daffodil lavender bamboo cactus forest island desert river meadow glacier planet comet galaxy satellite asteroid pyramid cathedral museum library hospital kitchen
	garden chimney igloo jungle marathon basketball tennis karate wizard pirate robot cowboy emperor astronaut detective gardener carpenter
	tornado hurricane blizzard avalanche magnolia emerald ruby amber marble granite silver platinum bubble puzzle domino trophy medal ribbon sweater sombrero kimono
	tulip orchid pebble canyon harvest lighthouse compass anchor sailor captain buckle marshmallow cinema paradise propeller`), natoWords...)
