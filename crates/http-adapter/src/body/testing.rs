//! What tests of bodies and views have in common.

use std::collections::BTreeSet;

use deserr::Deserr;
use kairo_domain::Field;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::Faults;
use crate::problem::Fault;
use crate::query::Listed;

/// Reads a body; the faults are in the order of their pointers.
pub(crate) fn read<T: Deserr<Faults>>(body: Value) -> Result<T, Vec<Fault>> {
    deserr::deserialize::<T, _, Faults>(body).map_err(|faults| {
        let mut faults = faults.into_vec();
        faults.sort();
        faults
    })
}

/// What is wrong with a body, as (pointer, code).
pub(crate) fn codes<T: Deserr<Faults>>(body: Value) -> Vec<(String, &'static str)> {
    let faults = read::<T>(body).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

pub(crate) fn schema<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap()
}

/// What the document lists.
pub(crate) fn properties<T: PartialSchema>() -> BTreeSet<String> {
    schema::<T>()["properties"].as_object().unwrap().keys().cloned().collect()
}

/// What the reader accepts, as it says itself when it is given something else.
pub(crate) fn accepted<T: Deserr<Faults>>() -> BTreeSet<String> {
    let faults = read::<T>(json!({"no such field": 1})).err().unwrap();
    let unknown = faults.into_iter().find(|fault| fault.code == "unknown_field").unwrap();
    let names = unknown.message.strip_prefix("is not a field; the fields are ").unwrap().to_owned();
    names.split(", ").map(str::to_owned).collect()
}

/// Checks that the document of a body lists what its reader accepts, and nothing else.
pub(crate) fn assert_documented<T: PartialSchema + Deserr<Faults>>() {
    assert_eq!(properties::<T>(), accepted::<T>());
}

/// Checks which members the document says a body must have.
pub(crate) fn assert_required<T: PartialSchema>(names: &[&str]) {
    let required = schema::<T>()["required"].as_array().cloned().unwrap_or_default();
    assert_eq!(required, names);
}

/// Checks that the document of a list's rows has what they show, and everything to filter by is among it.
pub(crate) fn assert_listed<V: Listed + PartialSchema>() {
    let shown: BTreeSet<_> = V::PROPERTIES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(properties::<V>(), shown);
    assert_eq!(schema::<V>()["required"].as_array().unwrap().len(), shown.len());
    assert!(V::Field::ALL.iter().all(|field| shown.contains(field.name())));
}
