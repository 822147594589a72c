package privilege

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// Raise makes CAP_NET_RAW effective where the program may have it. A file's capability that
// is effective by itself (setcap cap_net_raw+ep) keeps the program from running at all where
// the capability is not to be had, as in a container without it; cap_net_raw+p does not.
func Raise() error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&head, &sets[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	const raw = 1 << unix.CAP_NET_RAW
	if sets[0].Permitted&raw == 0 || sets[0].Effective&raw != 0 {
		return nil
	}
	sets[0].Effective |= raw
	return setCapabilities(&sets)
}

// Drop gives up what was needed to open the interfaces: root becomes the named user, or
// the one that called sudo; all capabilities go except those that are kept; and no program that
// is started can gain any.
//
// Capabilities belong to threads: psx makes the calls in all of them.
func Drop(name string, keep Kept) error {
	if err := Seal(); err != nil {
		return err
	}
	if err := unbind(keep); err != nil {
		return err
	}
	return Become(name, keep)
}

// Seal keeps this process, and what it starts from then on, from gaining privileges by what it runs.
func Seal() error {
	if err := prctl(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	return nil
}

// Become is Drop for a process that starts another one for its user: setuid programs and capabilities of
// files work in it as they do without this process. Seal is called once it has begun.
func Become(name string, keep Kept) error {
	if keep != 0 {
		if err := prctl(unix.PR_SET_KEEPCAPS, 1); err != nil {
			return fmt.Errorf("keeping capabilities: %w", err)
		}
	}
	if err := become(name); err != nil {
		return err
	}
	return clearCapabilities(keep)
}

// capabilities returns the capabilities of a privilege, by number.
func (p Kept) capabilities() (list []uintptr) {
	if p&OpenInterfaces != 0 {
		list = append(list, unix.CAP_NET_RAW)
	}
	if p&ProbePrograms != 0 {
		list = append(list, unix.CAP_BPF, unix.CAP_PERFMON)
	}
	if p&SeeRoot != 0 {
		list = append(list, unix.CAP_SYS_PTRACE)
	}
	return list
}

// unbind takes what is kept out of the bounding set, where the program may: a program that root runs
// has all capabilities of that set, whatever its parent has.
func unbind(keep Kept) error {
	for _, c := range keep.capabilities() {
		if err := prctl(unix.PR_CAPBSET_DROP, c); err != nil && err != unix.EPERM {
			return fmt.Errorf("bounding capabilities: %w", err)
		}
	}
	return nil
}

// become changes to a user, by name or number; "" is who called sudo, or nobody else.
func become(name string) error {
	uid, gid := os.Getenv("SUDO_UID"), os.Getenv("SUDO_GID")
	if os.Geteuid() != 0 {
		if name != "" {
			return fmt.Errorf("--user %s: only root may become another user", name)
		}
		return nil
	}
	if name != "" {
		u, err := user.Lookup(name)
		if err != nil {
			if u, err = user.LookupId(name); err != nil {
				return fmt.Errorf("--user: there is no user %q", name)
			}
		}
		uid, gid = u.Uid, u.Gid
	}
	if uid == "" || uid == "0" {
		return nil
	}
	u, err := strconv.Atoi(uid)
	if err != nil {
		return fmt.Errorf("SUDO_UID is %q", uid)
	}
	g, err := strconv.Atoi(gid)
	if err != nil {
		return fmt.Errorf("SUDO_GID is %q", gid)
	}
	if err := syscall.Setgroups([]int{g}); err != nil {
		return fmt.Errorf("giving up groups: %w", err)
	}
	if err := syscall.Setgid(g); err != nil {
		return fmt.Errorf("becoming group %d: %w", g, err)
	}
	if err := syscall.Setuid(u); err != nil {
		return fmt.Errorf("becoming user %d: %w", u, err)
	}
	return nil
}

// clearCapabilities empties the permitted, effective and inheritable sets of every thread, but for what
// is kept and was there.
func clearCapabilities(keep Kept) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var had, sets [2]unix.CapUserData
	if err := unix.Capget(&head, &had[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	for _, c := range keep.capabilities() {
		bit := uint32(1) << (c % 32)
		if had[c/32].Permitted&bit != 0 {
			sets[c/32].Permitted |= bit
			sets[c/32].Effective |= bit
		}
	}
	return setCapabilities(&sets)
}

func setCapabilities(sets *[2]unix.CapUserData) error {
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	_, _, errno := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&sets[0])), 0)
	if errno != 0 {
		return fmt.Errorf("changing capabilities: %w", errno)
	}
	return nil
}

func prctl(option, value uintptr) error {
	if _, _, errno := psx.Syscall6(unix.SYS_PRCTL, option, value, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// WaysToPermit returns the ways to be allowed to capture, a line each.
func WaysToPermit(command string) []string {
	self, err := os.Executable()
	if err != nil {
		self = "wscope"
	}
	return []string{
		"give the program the one capability that it needs: sudo setcap cap_net_raw+ep " + self,
		"or to the members of a group alone: sudo groupadd -f pcap && sudo usermod -aG pcap $USER && sudo chgrp pcap " + self +
			" && sudo chmod 750 " + self + " && sudo setcap cap_net_raw+ep " + self + ", and log in again",
		"or run it as root, which it gives up after opening: sudo " + self + " " + command,
	}
}
