// Package behaviour sums up how the peers of a capture behave, so that two runs of the same program
// can be compared: what is left when ports, times, identifiers and keys are taken away.
//
// Start reading at behaviour.go, the model; watch.go makes it from the analyzer's records,
// kind.go and role.go name what is compared with what, compare.go tells two of them apart
// and shift.go says when a number has moved beyond its noise.
//
// It judges nothing: that is analyzer/rules' part. A behaviour as JSON is a baseline, made
// to be read in a review.
package behaviour
