//! Clusters on real servers: what stays, what goes, and who may enter.

#[cfg(test)]
mod ephemeral;
#[cfg(test)]
mod lasting;
#[cfg(test)]
mod mishaps;
#[cfg(test)]
mod support;
