/// How much one call may do before it has to give its thread back.
///
/// What a call does is counted in units of fuel. A unit stands for two microseconds: that is what the most expensive
/// expressions take that are known, on a busy machine; ordinary ones take a fraction of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// As much as may be done on a thread that others wait for: four milliseconds at most. An evaluation that needs
    /// more, and one that fails, is left to a call with [`Full`](Self::Full): it is not recorded, and done anew there.
    Light,
    /// As much as may be done on a thread that may block: no step is begun after a tenth of a second. Whatever is left,
    /// one step is done, for which all its evaluations together have 0.8 seconds.
    Full,
}

impl Effort {
    /// How much a call does at most, in units.
    pub(crate) const fn units(self) -> u64 {
        match self {
            Self::Light => 2_000,
            Self::Full => 50_000,
        }
    }
}

/// What the filter of a trigger says of a run that could start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It starts.
    Starts,
    /// It does not.
    Stays,
    /// To know takes more than the effort: the question has to be asked anew with [`Effort::Full`].
    Busy,
}
