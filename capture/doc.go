// Package capture reads the mail conversations out of a capture file (pcap or
// pcapng, as tcpdump and Wireshark write them) and tells them as the project's
// events.
//
//	file ──▶ packets ──▶ reassembly, one stream a direction ──▶ conversation ──▶ transcript.Replay
//
// Packets, link layers and the putting together of TCP are a library's. What is here
// decides which connections are mail, which end is the server, in which order the two
// directions spoke, and where nothing can be read: missing segments, and TLS.
//
// A conversation is told when it is over, so that conversations do not mix; one that is
// very long is told as it comes, so that memory stays bounded.
package capture
