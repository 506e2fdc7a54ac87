package event

// A Channel is the way by which something was said, asked or decided. It is a record
// and gives no authority: what an answer is worth is decided in package hearing.
type Channel string

const (
	Voice      Channel = "voice"
	KeyedVoice Channel = "voice+key" // while the key was held
	Terminal   Channel = "terminal"  // Deputy's own
	Socket     Channel = "socket"    // another program of the owner's user
)

// Owner is the principal whose orders count; there is no other yet.
const Owner = "owner"

// An Origin says who said or decided something, and from where. It is empty for what
// Deputy concludes by itself, and in journals from before it was written.
type Origin struct {
	Actor   string  `json:"actor,omitempty"` // the principal that it counts for
	Channel Channel `json:"channel,omitempty"`
	// Device is the microphone, the terminal or the program; "" if it is not known.
	Device string `json:"device,omitempty"`
	// Heard names the utterance or line ("h12") that it is or came of; "" if it came of
	// none.
	Heard string `json:"heard,omitempty"`
}

// From is the origin of what was heard.
func (h Heard) From() Origin {
	o := h.Origin
	if o.Actor == "" {
		o.Actor = Owner
	}
	if o.Channel != "" {
		return o
	}
	switch {
	case h.Socket:
		o.Channel = Socket
	case h.Typed:
		o.Channel = Terminal
	case h.Key:
		o.Channel = KeyedVoice
	default:
		o.Channel = Voice
	}
	return o
}
