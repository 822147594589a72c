// Package diagnose says why connections ended: it groups the ends of many flows by who ended them, how, with which code and
// after what silence, and looks for what a group has in common: one idle time, one age, one moment, one server, one client,
// one message size, pings without pongs.
//
// Causes are found by robust statistics over the group (a narrow band that holds most values of its neighbourhood), not by a
// list of known time-outs, and none by fewer than MinFlows flows. What a capture cannot show is not claimed: a FIN has a side
// but no motive. The result does not depend on the order of the flows.
//
// Start reading at Diagnosis.
package diagnose
