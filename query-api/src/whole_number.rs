use async_graphql::{InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};

/// A whole number, which may be larger than the 32 bits of an Int: a JSON number, exact wherever 53 bits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WholeNumber(i64);

impl WholeNumber {
    pub(crate) fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for WholeNumber {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<u32> for WholeNumber {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

#[Scalar]
impl ScalarType for WholeNumber {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = if let Value::Number(number) = &value { number.as_i64() } else { None };
        number.map(Self).ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}
