// Package readback says the arguments of an action so that whoever only hears it
// knows what to decide: addresses spelled, look-alike letters named, the words of
// others as one quotation that can't pass for Deputy's. It says which values could not
// be said in full. It must not know what the action is for, nor who asks.
package readback
