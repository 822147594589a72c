package upgrade

// NoWaiting is a Waiting that lets nothing wait.
func NoWaiting() *Waiting {
	return &Waiting{more: func(int) int { return 0 }}
}
