use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::Job;
use kairo_ports::{Queue, StoreError};

use crate::shelf::Shelf;
use crate::store::MemoryStore;
use crate::unit_of_work::MemoryUnitOfWork;

/// A job, and from when on it may be delivered.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    job: Job,
    due: DateTime<Utc>,
}

#[async_trait]
impl Queue for MemoryUnitOfWork {
    async fn enqueue(&mut self, job: &Job, due: DateTime<Utc>) -> Result<(), StoreError> {
        let job = *job;
        self.write(move |shelf| {
            enqueue(shelf, job, due);
            Ok(())
        })
    }

    async fn pending(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        self.demand_system()?;
        Ok(keys.iter().filter(|key| self.view.jobs.get(key).is_some()).cloned().collect())
    }
}

/// Puts a job on the shelf; of two with the same key the earlier instant counts.
pub(crate) fn enqueue(shelf: &mut Shelf, job: Job, due: DateTime<Utc>) {
    let key = job.key();
    let due = shelf.jobs.get(&key).map_or(due, |waiting| waiting.due.min(due));
    shelf.jobs.put(key, Waiting { job, due });
}

impl MemoryStore {
    /// Takes the jobs that are due, the longest due first. Nothing else delivers them: whoever takes a job does it.
    pub fn take_due_jobs(&self, now: DateTime<Utc>) -> Vec<Job> {
        let mut shelf = self.newest();
        let mut due: Vec<(DateTime<Utc>, String, Job)> = (shelf.jobs.entries())
            .filter(|(_, waiting)| waiting.due <= now)
            .map(|(key, waiting)| (waiting.due, key.clone(), waiting.job))
            .collect();
        due.sort_by(|(due, key, _), (other_due, other_key, _)| (due, key).cmp(&(other_due, other_key)));
        for (_, key, _) in &due {
            shelf.jobs.remove(key);
        }
        due.into_iter().map(|(_, _, job)| job).collect()
    }

    /// When the next job is due; `None` while none waits.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.newest().jobs.rows().map(|waiting| waiting.due).min()
    }
}
