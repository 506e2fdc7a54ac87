package netguard_test

import (
	"fmt"

	"deputy/internal/netguard"
)

func ExampleCheckHost() {
	for _, host := range []string{"Acme.Example.", "bücher.example", "0x7f.1"} {
		canonical, err := netguard.CheckHost(host)
		fmt.Println(canonical, err)
	}
	// Output:
	// acme.example <nil>
	// xn--bcher-kva.example <nil>
	//  "0x7f.1" is no host that can be fetched from
}
