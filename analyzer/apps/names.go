package apps

import "encoding/binary"

// nameInfo is what is known of a member by its name alone.
type nameInfo struct {
	name          string
	discriminator int8 // its place among the discriminators; -1 for none
	answers       bool // answering
	asks          bool // asking
	head          bool // echoHeads
	noID          bool // notIDs
	isID          bool // idNames
}

// nameTable finds names by their first eight bytes and their length, with linear probing.
const nameSlots = 512

var nameTable = func() (table [nameSlots]*nameInfo) {
	put := func(list []string, set func(i int, info *nameInfo)) {
		for i, name := range list {
			slot := nameSlot([]byte(name))
			for table[slot] != nil && table[slot].name != name {
				slot = (slot + 1) % nameSlots
			}
			if table[slot] == nil {
				table[slot] = &nameInfo{name: name, discriminator: -1}
			}
			set(i, table[slot])
		}
	}
	put(discriminators, func(i int, info *nameInfo) { info.discriminator = int8(i) })
	put(answering, func(_ int, info *nameInfo) { info.answers = true })
	put(asking, func(_ int, info *nameInfo) { info.asks = true })
	put(echoHeads, func(_ int, info *nameInfo) { info.head = true })
	put(notIDs, func(_ int, info *nameInfo) { info.noID = true })
	put(idNames, func(_ int, info *nameInfo) { info.isID = true })
	return table
}()

// nameSlot is where a name is looked for first.
func nameSlot(name []byte) uint64 {
	var w uint64
	switch {
	case len(name) >= 8:
		w = binary.LittleEndian.Uint64(name)
	case cap(name) >= 8 && len(name) > 0: // what follows it in the message is masked
		w = binary.LittleEndian.Uint64(name[:8]) << (64 - 8*len(name))
	default:
		for i, c := range name {
			w |= uint64(c) << (64 - 8*len(name) + 8*i)
		}
	}
	return (w + uint64(len(name))) * 0x9e3779b97f4a7c15 >> 55
}

// nameOf is what is known of a name; nil for nothing.
func nameOf(name []byte) *nameInfo {
	for slot := nameSlot(name); nameTable[slot] != nil; slot = (slot + 1) % nameSlots {
		if nameTable[slot].name == string(name) {
			return nameTable[slot]
		}
	}
	return nil
}

// noName is known of any other name.
var noName = nameInfo{discriminator: -1}
