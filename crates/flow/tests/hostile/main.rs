//! Whatever somebody draws or writes, the answer comes soon, fits into memory and is an error that says why.

#[cfg(test)]
mod bad_intent;
#[cfg(test)]
mod depth;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod run;
#[cfg(test)]
mod words;
