package tunnel

func firstSocks(b []byte) kind { return nothing }
