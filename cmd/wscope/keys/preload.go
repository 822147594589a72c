package keys

import (
	"os"
	"path/filepath"
	"runtime"
)

// PreloadName is the file name of the preload library.
const PreloadName = "wscope-keylog.so"

// Preload finds the preload library: beside the program, or in the lib folder that belongs to the
// program's bin folder. It is "" where there is none.
func Preload() string {
	if runtime.GOOS != "linux" {
		return ""
	}
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(self); err == nil {
		self = real
	}
	dir := filepath.Dir(self)
	for _, name := range []string{filepath.Join(dir, PreloadName), filepath.Join(dir, "..", "lib", "wscope", PreloadName)} {
		if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() {
			return filepath.Clean(name)
		}
	}
	return ""
}
