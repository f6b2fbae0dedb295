package main

// Ed25519 by the strict rule. crypto/ed25519 checks the equation of RFC 8032 without the cofactor,
// refuses S >= L, and compares R byte by byte, so that a spelling of R that is not canonical fails.
// It does not look at the key: a key of small order makes one signature valid for every message,
// and a mixed one makes honest verifiers disagree. So this file decides, with arithmetic of its own
// on math/big, whether a key is a canonical point of prime order, and whether R has small order.

import (
	"crypto/ed25519"
	"errors"
	"math/big"
	"sync"
)

func number(decimal string) *big.Int {
	n, ok := new(big.Int).SetString(decimal, 10)
	if !ok {
		panic(decimal)
	}
	return n
}

var (
	one = big.NewInt(1)
	// The field of the curve: p = 2^255 - 19.
	fieldP = new(big.Int).Sub(new(big.Int).Lsh(one, 255), big.NewInt(19))
	// The order of the base point: L = 2^252 + 27742317777372353535851937790883648493.
	orderL = new(big.Int).Add(new(big.Int).Lsh(one, 252), number("27742317777372353535851937790883648493"))
	// d = -121665/121666 of the curve -x^2 + y^2 = 1 + d x^2 y^2.
	curveD = func() *big.Int {
		d := new(big.Int).ModInverse(big.NewInt(121666), fieldP)
		d.Mul(d, big.NewInt(-121665))
		return d.Mod(d, fieldP)
	}()
	eight = big.NewInt(8)
)

// point is (X:Y:Z:T) with x = X/Z, y = Y/Z, x*y = T/Z.
type point struct{ x, y, z, t *big.Int }

func identity() point { return point{new(big.Int), big.NewInt(1), big.NewInt(1), new(big.Int)} }

func mod(n *big.Int) *big.Int { return n.Mod(n, fieldP) }
func times(a, b *big.Int) *big.Int {
	return mod(new(big.Int).Mul(a, b))
}

// add is the complete addition of RFC 8032, section 5.1.4: right for equal points too.
func add(p, q point) point {
	a := times(new(big.Int).Sub(p.y, p.x), new(big.Int).Sub(q.y, q.x))
	b := times(new(big.Int).Add(p.y, p.x), new(big.Int).Add(q.y, q.x))
	c := times(times(p.t, q.t), new(big.Int).Lsh(curveD, 1))
	d := new(big.Int).Lsh(times(p.z, q.z), 1)
	e, f := new(big.Int).Sub(b, a), new(big.Int).Sub(d, c)
	g, h := new(big.Int).Add(d, c), new(big.Int).Add(b, a)
	return point{times(e, f), times(g, h), times(f, g), times(e, h)}
}

func multiply(n *big.Int, p point) point {
	sum := identity()
	for bit := n.BitLen() - 1; bit >= 0; bit-- {
		sum = add(sum, sum)
		if n.Bit(bit) == 1 {
			sum = add(sum, p)
		}
	}
	return sum
}

func (p point) isIdentity() bool { return p.x.Sign() == 0 && p.y.Cmp(p.z) == 0 }

// decompress reads 32 bytes as RFC 8032, section 5.1.3, and refuses y >= p and a sign for x = 0.
func decompress(encoded []byte) (point, error) {
	var none point
	if len(encoded) != 32 {
		return none, errors.New("a point has 32 bytes")
	}
	backwards := make([]byte, 32)
	for i, b := range encoded {
		backwards[31-i] = b
	}
	sign := uint(backwards[0] >> 7)
	backwards[0] &= 0x7f
	y := new(big.Int).SetBytes(backwards)
	if y.Cmp(fieldP) >= 0 {
		return none, errors.New("is not the canonical spelling of a point")
	}
	square := times(y, y)
	over := mod(new(big.Int).Sub(square, one))
	under := mod(new(big.Int).Add(times(curveD, square), one))
	x := new(big.Int).ModSqrt(times(over, new(big.Int).ModInverse(under, fieldP)), fieldP)
	if x == nil {
		return none, errors.New("is no point of the curve")
	}
	if x.Sign() == 0 && sign == 1 {
		return none, errors.New("is not the canonical spelling of a point")
	}
	if x.Bit(0) != sign {
		x = mod(new(big.Int).Neg(x))
	}
	return point{x, y, big.NewInt(1), times(x, y)}, nil
}

var (
	admitted     = map[string]error{}
	admittedLock sync.Mutex
)

// admitKey takes a public key only if it is canonical, not the identity, and of prime order.
func admitKey(public []byte) error {
	admittedLock.Lock()
	defer admittedLock.Unlock()
	if known, ok := admitted[string(public)]; ok {
		return known
	}
	p, err := decompress(public)
	if err == nil && (p.isIdentity() || !multiply(orderL, p).isIdentity()) {
		err = errors.New("is not a point of prime order")
	}
	admitted[string(public)] = err
	return err
}

// strictVerify tells whether the owner of the key signed exactly these bytes.
func strictVerify(public, message, signature []byte) bool {
	if len(signature) != ed25519.SignatureSize || admitKey(public) != nil {
		return false
	}
	r, err := decompress(signature[:32])
	if err != nil || multiply(eight, r).isIdentity() {
		return false
	}
	return ed25519.Verify(ed25519.PublicKey(public), message, signature)
}
