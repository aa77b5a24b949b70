//! Black-box tests of the kairo binary
