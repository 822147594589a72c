// Package privilege takes the capabilities that capturing needs and gives them up again.
//
// Raise is called before an interface is opened, Drop after it, before the first packet is read. On other systems
// than Linux there is nothing to take and nothing to give up.
package privilege

import "os"

// Kept is what the program may keep after it has opened what it reads.
type Kept uint8

// The privileges that Drop can keep.
const (
	OpenInterfaces Kept = 1 << iota // to open an interface again
	ProbePrograms                   // to read the secrets of Go programs that begin later
	SeeRoot                         // to see which files root's processes have open
)

// StaysRoot reports whether Drop and Become leave this process root's: nobody called sudo.
func StaysRoot() bool {
	uid := os.Getenv("SUDO_UID")
	return os.Geteuid() == 0 && (uid == "" || uid == "0")
}
