//go:build !linux

package keys

// Owners knows nothing on this system.
type Owners struct{}

// NewOwners returns an Owners that knows nothing.
func NewOwners(int) *Owners { return &Owners{} }

// Look does nothing.
func (*Owners) Look() {}

// Of knows no owner.
func (*Owners) Of(uint16) (Process, bool) { return Process{}, false }

// ProcessOf knows the number alone.
func ProcessOf(pid int) Process { return Process{PID: pid} }

// DescendsFrom reports false.
func DescendsFrom(int, int) bool { return false }

// Running finds nothing.
func Running(string) []Process { return nil }
