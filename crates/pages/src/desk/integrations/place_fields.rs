//! What a system takes of a person and what it cannot, in plain words.

use hiring::destination::Described;

use super::place_form::spelled;

/// A field of the record and what becomes of it there.
pub(super) struct Carried {
    pub field: String,
    pub place: &'static str,
    pub remark: &'static str,
}

/// What has a place there.
pub(super) fn carried(of: &Described) -> Vec<Carried> {
    let kept = of.fields.iter().filter_map(|field| {
        Some(Carried {
            field: spelled(field.field),
            place: field.place?,
            remark: field.remark,
        })
    });
    kept.collect()
}

/// What has none: `Birth date`, `Skills: …`.
pub(super) fn lost(of: &Described) -> Vec<String> {
    let none = of.fields.iter().filter(|field| field.place.is_none());
    none.map(|field| match field.remark {
        "" => spelled(field.field),
        remark => format!("{}: {remark}", spelled(field.field)),
    })
    .collect()
}
