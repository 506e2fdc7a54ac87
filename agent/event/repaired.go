package event

type (
	// Repaired is the first event behind a journal that was damaged and that the
	// owner had cut back: what stood behind event Kept is not part of it any more.
	Repaired struct {
		Kept uint64 `json:"kept"`
		Lost uint64 `json:"lost,omitempty"` // events known to have been behind it
		Why  string `json:"why"`            // what was found, and where
		// From and Effects were written by earlier versions, which could put a backup back.
		From  string `json:"from,omitempty"`
		Aside string `json:"aside"` // where the old journal lies
		// Unsealed says that only the chain vouches for the events up to Kept.
		Unsealed bool        `json:"unsealed,omitempty"`
		Effects  []Forgotten `json:"effects,omitempty"`
	}
	// Forgotten is an effect of which only the part that was cut off told. It was
	// read there unproven.
	Forgotten struct {
		Task    string `json:"task"`
		Key     string `json:"key"`
		Summary string `json:"summary,omitempty"`
		Ended   bool   `json:"ended,omitempty"` // else it had started
	}
)

func (Repaired) Kind() string { return "journal.repaired" }
