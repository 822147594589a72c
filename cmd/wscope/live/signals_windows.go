package live

import "os"

// notify asks for nothing: Windows has no such signals.
func notify(chan<- os.Signal) {}

func isReopen(os.Signal) bool { return false }
