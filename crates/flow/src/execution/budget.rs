use std::sync::Arc;

use super::Execution;
use crate::expression::{Meter, TOO_COSTLY};
use crate::{Effort, StepError};

/// What an evaluation that fails may cost and be cheap: it is done again with no more than this to find out.
const CHEAP: u64 = 250;

/// What one call may still do, in units of fuel.
#[derive(Debug)]
pub(super) struct Budget {
    effort: Effort,
    left: u64,
}

/// There is more to do than the call may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Busy;

impl Budget {
    pub(super) const fn of(effort: Effort) -> Self {
        Self::new(effort, effort.units())
    }

    pub(super) const fn new(effort: Effort, left: u64) -> Self {
        Self { effort, left }
    }

    /// Begins something that is done to its end.
    pub(super) const fn begin(&mut self) -> Result<(), Busy> {
        if self.left == 0 {
            return Err(Busy);
        }
        self.left -= 1;
        Ok(())
    }

    /// Counts what was done.
    pub(super) const fn spend(&mut self, units: u64) {
        self.left = self.left.saturating_sub(units);
    }

    fn meter(&self) -> Arc<Meter> {
        match self.effort {
            Effort::Light => Meter::light(self.left),
            Effort::Full => Meter::full(),
        }
    }
}

impl Execution {
    /// Evaluates what a step needs.
    ///
    /// With little effort, nothing that went wrong counts: it may have gone wrong for want of fuel, even where it does
    /// not look like it.
    pub(super) fn attempt<T>(
        &mut self,
        work: impl Fn(&Self, &Arc<Meter>) -> Result<T, StepError>,
    ) -> Result<Result<T, StepError>, Busy> {
        let meter = self.budget.meter();
        let done = work(self, &meter);
        let spent = match (&done, self.budget.effort) {
            (Ok(_), _) => meter.spent(),
            (Err(_), Effort::Light) => return Err(Busy),
            (Err(error), Effort::Full) => self.spent_on(error, &meter, work),
        };
        self.budget.spend(spent);
        Ok(done)
    }

    /// How much of its fuel an evaluation has used that failed, the language does not tell. One that fails in the same
    /// way with little fuel has used no more than that.
    fn spent_on<T>(
        &self,
        error: &StepError,
        meter: &Meter,
        work: impl Fn(&Self, &Arc<Meter>) -> Result<T, StepError>,
    ) -> u64 {
        let fails_cheaply = || work(self, &Meter::light(CHEAP)).is_err_and(|again| again == *error);
        if error.code != TOO_COSTLY && fails_cheaply() { CHEAP } else { meter.spent_at_most() }
    }
}
