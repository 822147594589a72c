//go:build !(windows || (darwin && cgo) || (cgo && libpcap))

package capture

import "errors"

// ErrNoLive says that this program cannot capture live, and how to get one that can.
var ErrNoLive = errors.New("built without live capture: build with -tags libpcap where libpcap's headers are installed")

// OpenLive begins to capture.
func OpenLive(LiveOptions) (LiveSource, error) { return nil, ErrNoLive }

// Interfaces lists what can be captured on.
func Interfaces() ([]InterfaceInfo, error) { return nil, ErrNoLive }
