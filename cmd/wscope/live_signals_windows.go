package main

import "os"

// notifyLive asks for nothing: Windows has no such signals.
func notifyLive(chan<- os.Signal) {}

func isReopen(os.Signal) bool { return false }
