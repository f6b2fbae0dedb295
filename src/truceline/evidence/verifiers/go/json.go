package main

// JSON read so strictly that each value has one spelling: no key twice, no float, no number outside
// 2^53, whole UTF-8, nothing after the value. `canonical` writes it again, and the caller compares
// bytes; so a second spelling that this reader would take is refused all the same.

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// value is nil, bool, int64, string, []value or object.
type value interface{}
type object map[string]value

// depthLimit is how many levels of objects and lists there may be; the outermost is level 1.
const depthLimit = 32

type reader struct {
	text []byte
	at   int
}

func (r *reader) fail(why string) error { return fmt.Errorf("byte %d: %s", r.at, why) }

func (r *reader) space() {
	for r.at < len(r.text) && bytes.IndexByte([]byte(" \t\r\n"), r.text[r.at]) >= 0 {
		r.at++
	}
}

func (r *reader) take(literal string) bool {
	if bytes.HasPrefix(r.text[r.at:], []byte(literal)) {
		r.at += len(literal)
		return true
	}
	return false
}

func readJSON(text []byte) (value, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("is not UTF-8")
	}
	r := &reader{text: text}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	r.space()
	if r.at != len(text) {
		return nil, r.fail("something follows the value")
	}
	return v, nil
}

func (r *reader) value(depth int) (value, error) {
	r.space()
	if r.at == len(r.text) {
		return nil, r.fail("ends too early")
	}
	switch c := r.text[r.at]; {
	case (c == '{' || c == '[') && depth == depthLimit:
		return nil, r.fail("is nested too deeply")
	case c == '{':
		return r.object(depth + 1)
	case c == '[':
		return r.array(depth + 1)
	case c == '"':
		return r.string()
	case c == '-' || c >= '0' && c <= '9':
		return r.integer()
	case r.take("true"):
		return true, nil
	case r.take("false"):
		return false, nil
	case r.take("null"):
		return nil, nil
	}
	return nil, r.fail("is no JSON value")
}

func isKey(key string) bool {
	for _, c := range []byte(key) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_') {
			return false
		}
	}
	return key != ""
}

func (r *reader) object(depth int) (value, error) {
	r.at++
	found := object{}
	r.space()
	if r.take("}") {
		return found, nil
	}
	for {
		r.space()
		if r.at == len(r.text) || r.text[r.at] != '"' {
			return nil, r.fail("a key must be a string")
		}
		key, err := r.string()
		if err != nil {
			return nil, err
		}
		if !isKey(key) {
			return nil, r.fail(fmt.Sprintf("key %q is outside [a-z0-9_]", key))
		}
		if _, twice := found[key]; twice {
			return nil, r.fail(fmt.Sprintf("key %q stands twice", key))
		}
		r.space()
		if !r.take(":") {
			return nil, r.fail("a colon is missing")
		}
		if found[key], err = r.value(depth); err != nil {
			return nil, err
		}
		r.space()
		if r.take("}") {
			return found, nil
		}
		if !r.take(",") {
			return nil, r.fail("a comma is missing")
		}
	}
}

func (r *reader) array(depth int) (value, error) {
	r.at++
	found := []value{}
	r.space()
	if r.take("]") {
		return found, nil
	}
	for {
		v, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
		r.space()
		if r.take("]") {
			return found, nil
		}
		if !r.take(",") {
			return nil, r.fail("a comma is missing")
		}
	}
}

func (r *reader) integer() (value, error) {
	start := r.at
	r.take("-")
	first := r.at
	for r.at < len(r.text) && r.text[r.at] >= '0' && r.text[r.at] <= '9' {
		r.at++
	}
	digits := string(r.text[first:r.at])
	if digits == "" || len(digits) > 1 && digits[0] == '0' || r.at-start == 2 && string(r.text[start:r.at]) == "-0" {
		return nil, r.fail("is no whole number in its one spelling")
	}
	if r.at < len(r.text) && bytes.IndexByte([]byte(".eE"), r.text[r.at]) >= 0 {
		return nil, r.fail("is a number with a fraction or an exponent")
	}
	n, err := strconv.ParseInt(string(r.text[start:r.at]), 10, 64)
	if err != nil || n >= 1<<53 || n <= -(1<<53) {
		return nil, r.fail("is a number not below 2^53")
	}
	return n, nil
}

func (r *reader) hex4() (rune, error) {
	if r.at+4 > len(r.text) {
		return 0, r.fail("ends inside an escape")
	}
	var n rune
	for _, c := range r.text[r.at : r.at+4] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | rune(c-'A'+10)
		default:
			return 0, r.fail("is no escape")
		}
	}
	r.at += 4
	return n, nil
}

func (r *reader) string() (string, error) {
	r.at++
	var out []byte
	for r.at < len(r.text) {
		c := r.text[r.at]
		r.at++
		switch {
		case c == '"':
			return string(out), nil
		case c < 0x20:
			return "", r.fail("has a control character in a string")
		case c != '\\':
			out = append(out, c)
		default:
			if r.at == len(r.text) {
				return "", r.fail("ends inside an escape")
			}
			c = r.text[r.at]
			r.at++
			if i := bytes.IndexByte([]byte(`"\/bfnrt`), c); i >= 0 {
				out = append(out, "\"\\/\b\f\n\r\t"[i])
				continue
			}
			if c != 'u' {
				return "", r.fail("is no escape")
			}
			n, err := r.hex4()
			if err != nil {
				return "", err
			}
			if utf16.IsSurrogate(n) {
				var low rune
				if !r.take(`\u`) {
					return "", r.fail("has half of a surrogate pair")
				}
				if low, err = r.hex4(); err != nil {
					return "", err
				}
				if n = utf16.DecodeRune(n, low); n == utf8.RuneError {
					return "", r.fail("has half of a surrogate pair")
				}
			}
			out = utf8.AppendRune(out, n)
		}
	}
	return "", r.fail("ends inside a string")
}

// canonical writes a value as RFC 8785 does. Keys of the bundle are ASCII, so bytes sort as UTF-16.
func canonical(v value) []byte {
	var out bytes.Buffer
	write(&out, v)
	return out.Bytes()
}

func write(out *bytes.Buffer, v value) {
	switch v := v.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case string:
		quote(out, v)
	case []value:
		out.WriteByte('[')
		for i, inner := range v {
			if i > 0 {
				out.WriteByte(',')
			}
			write(out, inner)
		}
		out.WriteByte(']')
	case object:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		out.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				out.WriteByte(',')
			}
			quote(out, key)
			out.WriteByte(':')
			write(out, v[key])
		}
		out.WriteByte('}')
	}
}

func quote(out *bytes.Buffer, s string) {
	out.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out.Write([]byte{'\\', c})
		case c >= 0x20:
			out.WriteByte(c)
		case bytes.IndexByte([]byte("\b\f\n\r\t"), c) >= 0:
			out.Write([]byte{'\\', "bfnrt"[bytes.IndexByte([]byte("\b\f\n\r\t"), c)]})
		default:
			fmt.Fprintf(out, `\u%04x`, c)
		}
	}
	out.WriteByte('"')
}

// readObject reads one object in the one form in which it can be written.
func readObject(text []byte) (object, error) {
	v, err := readJSON(text)
	if err != nil {
		return nil, err
	}
	found, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("is not a JSON object")
	}
	if !bytes.Equal(canonical(found), text) {
		return nil, fmt.Errorf("is not written as canonical JSON")
	}
	return found, nil
}
