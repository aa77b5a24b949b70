//! What one expression may use: each of these is written to need far more memory or time than it says, and is stopped
//! before it has either.

#[cfg(test)]
mod anything;
#[cfg(test)]
mod gauge;
#[cfg(test)]
mod greedy;
#[cfg(test)]
mod joints;
#[cfg(test)]
mod ordinary;
