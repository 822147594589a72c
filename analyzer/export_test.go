package analyzer

// KeepAwake makes n the number of flows of a partition that are awake at once, until the
// function that it returns is called.
func KeepAwake(n int) (restore func()) {
	before := mostAwake
	mostAwake = n
	return func() { mostAwake = before }
}
