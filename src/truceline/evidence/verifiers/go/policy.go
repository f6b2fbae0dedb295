package main

// Whose cosignatures are enough: the policy file (C2SP tlog-policy), and the levels R, C and D.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	policyLimit    = 1000000
	noteLinesLimit = 100
	timeLimit      = 1 << 37
)

var (
	threshold = regexp.MustCompile(`^[1-9][0-9]{0,5}$`)
	watching  = []string{"parties", "neutral"}
)

// member is a mirror, or a group of which a number is enough.
type member struct {
	key     *signer
	needed  int
	members []string
	placed  bool
}

// policy holds what a file names, and the order in which it does. Names are octets.
type policy struct {
	logs    []signer
	named   map[string]*member
	mirrors []string
	groups  []string
	quorum  string
}

// line is one cosignature under the head; nothing of it is checked but its form.
type line struct {
	name      string
	id        [4]byte
	when      int64
	signature []byte
}

func readLine(text string) (line, error) {
	var found line
	name, encoded, ok := strings.Cut(strings.TrimPrefix(text, "— "), " ")
	if !ok || !strings.HasPrefix(text, "— ") || !isName(name) {
		return found, errors.New("has a line that is no line of a signature")
	}
	data, err := unbase64(encoded)
	if err != nil || len(data) != 4+8+64 {
		return found, fmt.Errorf("has a line of %q that is no Ed25519 cosignature", name)
	}
	when := binary.BigEndian.Uint64(data[4:12])
	if when < 1 || when >= timeLimit {
		return found, fmt.Errorf("was cosigned by %q at %d s, which is no time", name, when)
	}
	found = line{name: name, when: int64(when), signature: data[12:]}
	copy(found.id[:], data)
	return found, nil
}

func isName(name string) bool {
	return name != "" && utf8.ValidString(name) && strings.IndexFunc(name, notInName) < 0
}

// allowed tells whether a file has only tabs, newlines, and octets that can be seen or are not ASCII.
func allowed(content []byte) bool {
	for _, c := range content {
		if c < 0x20 && c != '\t' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// readPolicy reads a policy file; the line that is wrong is named.
func readPolicy(content []byte) (*policy, error) {
	if len(content) > policyLimit || !allowed(content) {
		return nil, fmt.Errorf("has a control character, or more than %d bytes", policyLimit)
	}
	p := &policy{named: map[string]*member{}}
	for number, text := range bytes.Split(content, []byte("\n")) {
		words := strings.FieldsFunc(latin(text), func(c rune) bool { return c == ' ' || c == '\t' })
		for i := range words {
			words[i] = octets(words[i])
		}
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := p.take(words[0], words[1:]); err != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	if p.quorum == "" {
		return nil, errors.New("has no line of a quorum")
	}
	silent := map[string]bool{}
	for _, name := range p.watchers() {
		silent[name] = true
	}
	others := map[string]int64{}
	for _, name := range p.mirrors {
		if !silent[name] {
			others[name] = 0
		}
	}
	if len(silent) > 0 && len(p.under(p.quorum)) > 0 && p.weigh(others, true).level != "D" {
		return nil, errors.New("lets the groups parties and neutral keep level D from being reached")
	}
	return p, nil
}

// latin and octets go to one letter an octet and back, so that words are parted at octets alone.
func latin(text []byte) string {
	letters := make([]rune, len(text))
	for i, c := range text {
		letters[i] = rune(c)
	}
	return string(letters)
}

func octets(letters string) string {
	var text []byte
	for _, c := range letters {
		text = append(text, byte(c))
	}
	return string(text)
}

func (p *policy) take(keyword string, words []string) error {
	switch {
	case keyword == "log" && (len(words) == 1 || len(words) == 2):
		log, err := readKey(words[0])
		if err != nil {
			return fmt.Errorf("the key of a log %w", err)
		}
		for _, other := range p.logs {
			if other.name == log.name || bytes.Equal(other.public, log.public) {
				return fmt.Errorf("log %q or its key stands there twice", log.name)
			}
		}
		p.logs = append(p.logs, log)
	case keyword == "witness" && (len(words) == 2 || len(words) == 3):
		verifier, key, err := readAnyKey(words[1])
		if err != nil {
			return fmt.Errorf("the key of %q %w", words[0], err)
		}
		if _, isMirror := verifier.(cosigner); !isMirror {
			return fmt.Errorf("the key of %q is not of type 0x04", words[0])
		}
		for _, other := range p.mirrors {
			if bytes.Equal(p.named[other].key.public, key.public) {
				return fmt.Errorf("the key of %q stands there twice", words[0])
			}
		}
		if err := p.define(words[0], &member{key: &key}); err != nil {
			return err
		}
		p.mirrors = append(p.mirrors, words[0])
	case keyword == "group" && len(words) > 2:
		return p.group(words[0], words[1], words[2:])
	case keyword == "quorum" && len(words) == 1:
		if p.quorum != "" {
			return errors.New("is a second line of a quorum")
		}
		if words[0] != "none" && p.named[words[0]] == nil {
			return fmt.Errorf("%q is not defined on a line before", words[0])
		}
		p.quorum = words[0]
	default:
		return errors.New("is none of log, witness, group and quorum, with their words")
	}
	return nil
}

func (p *policy) define(name string, what *member) error {
	if name == "none" || p.named[name] != nil {
		return fmt.Errorf("%q is no new name", name)
	}
	p.named[name] = what
	return nil
}

func (p *policy) group(name, needed string, members []string) error {
	for _, one := range members {
		found := p.named[one]
		if found == nil || found.placed {
			return fmt.Errorf("%q is not defined before, or in a group already", one)
		}
		found.placed = true
	}
	made := &member{members: members}
	switch {
	case needed == "any":
		made.needed = 1
	case needed == "all":
		made.needed = len(members)
	case threshold.MatchString(needed):
		made.needed, _ = strconv.Atoi(needed)
	default:
		return fmt.Errorf("%q is no threshold", needed)
	}
	if made.needed > len(members) {
		return fmt.Errorf("%d of %d members can never agree", made.needed, len(members))
	}
	p.groups = append(p.groups, name)
	return p.define(name, made)
}

// under lists the mirrors below a name, in the order of the groups.
func (p *policy) under(name string) []string {
	var found []string
	for todo := []string{name}; len(todo) > 0; {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		one := p.named[last]
		if one != nil && one.key != nil {
			found = append(found, last)
		} else if one != nil {
			for i := len(one.members) - 1; i >= 0; i-- {
				todo = append(todo, one.members[i])
			}
		}
	}
	return found
}

// watchers lists the mirrors that can withhold "disputed by none".
func (p *policy) watchers() []string {
	var found []string
	seen := map[string]bool{}
	for _, group := range watching {
		if p.named[group] == nil || p.named[group].key != nil {
			continue
		}
		for _, name := range p.under(group) {
			if !seen[name] {
				seen[name], found = true, append(found, name)
			}
		}
	}
	return found
}

// standing tells how far mirrors stand behind the head, and by which policy.
type standing struct {
	judged, given, met, asked                     bool
	level                                         string
	cosigned, counted, takesC, takesD, takesTimes int
	median                                        int64
	withheld                                      []string
}

func (s standing) String() string {
	if !s.judged {
		return "level R, no policy: nothing is known beyond the log's own signature"
	}
	by, met, disputed := "not pinned", "not met", "disputed by none"
	if s.given {
		by = "given"
	}
	if s.met {
		met = "met"
	}
	switch {
	case !s.asked:
		disputed = "the policy names nobody who could dispute it"
	case len(s.withheld) > 0:
		disputed = `"disputed by none" is withheld by ` + strings.Join(s.withheld, ", ")
	case s.level != "D":
		disputed = `"disputed by none" takes level D`
	}
	when := fmt.Sprintf("no time, the median takes %d mirrors", s.takesTimes)
	if s.median > 0 {
		// Mirrors write whole seconds; the instant lies in the second that begins.
		when = fmt.Sprintf("not after %s, their median", time.Unix(s.median+1, 0).UTC().Format("2006-01-02T15:04:05Z"))
	}
	return fmt.Sprintf("level %s, policy %s: %d of %d counted mirrors cosigned; C takes %d; D takes %d and the policy's quorum, which is %s; %s; %s",
		s.level, by, s.cosigned, s.counted, s.takesC, s.takesD, met, when, disputed)
}

// weigh tells the level that these mirrors reach, with f = floor((n-1)/3) of n lying.
func (p *policy) weigh(times map[string]int64, given bool) standing {
	met := map[string]bool{}
	for name := range times {
		met[name] = true
	}
	for _, name := range p.groups {
		agreeing := 0
		for _, one := range p.named[name].members {
			if met[one] {
				agreeing++
			}
		}
		met[name] = agreeing >= p.named[name].needed
	}
	counted := p.under(p.quorum)
	var heard []int64
	for _, name := range counted {
		if when, there := times[name]; there {
			heard = append(heard, when)
		}
	}
	sort.Slice(heard, func(i, j int) bool { return heard[i] < heard[j] })
	lying := 0
	if len(counted) > 0 {
		lying = (len(counted) - 1) / 3
	}
	s := standing{judged: true, given: given, level: "R", met: met[p.quorum], cosigned: len(heard), counted: len(counted),
		takesC: lying + 1, takesD: (len(counted)+lying)/2 + 1, takesTimes: 2*lying + 1}
	if len(heard) >= s.takesC {
		s.level = "C"
		if s.met && len(heard) >= s.takesD {
			s.level = "D"
		}
	}
	if len(heard) >= s.takesTimes {
		s.median = heard[len(heard)/2]
	}
	for _, name := range p.watchers() {
		s.asked = true
		if _, there := times[name]; !there {
			s.withheld = append(s.withheld, octetsShown(name))
		}
	}
	return s
}

// octetsShown writes a name as UTF-8; if it is none, each octet above ASCII in hex.
func octetsShown(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	var out strings.Builder
	for _, c := range []byte(name) {
		if c < 0x80 {
			out.WriteByte(c)
		} else {
			fmt.Fprintf(&out, `\x%02x`, c)
		}
	}
	return out.String()
}

// match checks the lines of a policy's mirrors; those of others are left out. By name, the times;
// and whether every line is one of its mirrors', in their order.
func (p *policy) match(lines []line, text string, key signer) (map[string]int64, bool, error) {
	named := false
	for _, log := range p.logs {
		named = named || log.name == key.name && bytes.Equal(log.public, key.public)
	}
	if !named {
		return nil, false, fmt.Errorf("does not name the log %q", key.name)
	}
	places := map[string][]int{}
	for at, name := range p.mirrors {
		mirror := p.named[name].key
		if mirror.name == key.name && mirror.id == key.id {
			return nil, false, fmt.Errorf("names a mirror %q that cannot be told from the log", mirror.name)
		}
		who := mirror.name + "+" + string(mirror.id[:])
		places[who] = append(places[who], at)
	}
	times, ordered, last := map[string]int64{}, true, -1
	for _, one := range lines {
		found := places[one.name+"+"+string(one.id[:])]
		for _, at := range found {
			name := p.mirrors[at]
			message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", one.when, text)
			if _, twice := times[name]; twice || !strictVerify(p.named[name].key.public, []byte(message), one.signature) {
				return nil, false, fmt.Errorf("is cosigned falsely or twice by %q", one.name)
			}
			times[name] = one.when
			ordered = ordered && at > last
			last = at
		}
		ordered = ordered && len(found) == 1
	}
	return times, ordered, nil
}

// judge checks every cosignature, and weighs them by the given policy or else by the bundle's own.
func judge(own value, given *policy, lines []line, text string, key signer) (standing, error) {
	held := standing{level: "R"}
	if inside, there := own.(string); there {
		p, err := readPolicy([]byte(inside))
		if err != nil {
			return held, fmt.Errorf("has a policy that %w", err)
		}
		times, ordered, err := p.match(lines, text, key)
		if err != nil {
			return held, err
		}
		if !ordered {
			return held, errors.New("has lines that are not its policy's mirrors in their order")
		}
		held = p.weigh(times, false)
	} else if len(lines) > 0 {
		return held, errors.New("has cosignatures, and the bundle no policy that names them")
	}
	if given == nil {
		return held, nil
	}
	times, _, err := given.match(lines, text, key)
	if err != nil {
		return held, err
	}
	return given.weigh(times, true), nil
}
