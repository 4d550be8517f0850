//! The three column types of both engines (TEXT, BIGINT, BYTEA), and what Rust types travel as them.

use std::borrow::Cow;

/// One value on its way into or out of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(Cow<'a, str>),
    /// BYTEA / BLOB.
    Bytes(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same value, owning its text or bytes.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
            Value::Int(n) => Value::Int(n),
            Value::Text(t) => Value::Text(Cow::Owned(t.into_owned())),
            Value::Bytes(b) => Value::Bytes(Cow::Owned(b.into_owned())),
        }
    }
}

/// A Rust type that can be a statement's parameter.
pub trait ToValue {
    /// The value, borrowing where it can.
    fn to_value(&self) -> Value<'_>;
}

/// A Rust type that can be read from a column.
pub trait FromValue: Sized {
    /// `None` when the column holds another type.
    fn from_value(value: &Value<'_>) -> Option<Self>;
}

impl ToValue for i64 {
    fn to_value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}
impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for Cow<'_, str> {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for [u8] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}
impl ToValue for uuid::Uuid {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Owned(self.to_string()))
    }
}
impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}
impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}

impl FromValue for i64 {
    fn from_value(value: &Value<'_>) -> Option<i64> {
        match value {
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }
}
impl FromValue for String {
    fn from_value(value: &Value<'_>) -> Option<String> {
        match value {
            Value::Text(t) => Some(t.to_string()),
            _ => None,
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: &Value<'_>) -> Option<Vec<u8>> {
        match value {
            Value::Bytes(b) => Some(b.to_vec()),
            _ => None,
        }
    }
}
impl FromValue for uuid::Uuid {
    fn from_value(value: &Value<'_>) -> Option<uuid::Uuid> {
        match value {
            Value::Text(t) => uuid::Uuid::parse_str(t).ok(),
            _ => None,
        }
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value<'_>) -> Option<Option<T>> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// One row of an answer, its values owned.
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) values: Vec<Value<'static>>,
    pub(crate) statement: &'static str,
}

impl Row {
    /// The value of column `column`, from 0; fails when the column has another type than `T`.
    pub fn get<T: FromValue>(&self, column: usize) -> Result<T, crate::Error> {
        self.values
            .get(column)
            .and_then(T::from_value)
            .ok_or(crate::Error::Shape {
                column,
                wanted: std::any::type_name::<T>(),
                statement: self.statement,
            })
    }
}
