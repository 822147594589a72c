// Package stat sums up distributions in bounded memory: Sketch of integers, Spread of other numbers. It stands on the
// standard library alone.
package stat
