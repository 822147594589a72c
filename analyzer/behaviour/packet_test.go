package behaviour_test

import (
	"path/filepath"
	"testing"

	"wscope/analyzer/behaviour"
)

// TestPacketOfWhatAppeared names the packet of the first message of a kind that is new.
func TestPacketOfWhatAppeared(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "gate", "kept", "board")
	old := watch(t, filepath.Join(dir, "none.quiet-2.pcap.gz"))
	found := behaviour.Compare(old, watchLike(t, filepath.Join(dir, "new-message.quiet.pcap.gz"), old), nil)
	if len(found) != 1 || found[0].Subject != "server audit" || found[0].Packet != 44 {
		t.Errorf("%+v", found)
	}
}
