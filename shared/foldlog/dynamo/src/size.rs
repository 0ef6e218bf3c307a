//! The size of an item, by the rules that `DynamoDB` publishes (developer guide, "`DynamoDB` item sizes and formats").

use serde_dynamo::{AttributeValue, Item};

/// The largest item that a table takes: 400 KB, names included.
pub const LARGEST_ITEM_BYTES: usize = 400 * 1024;

/// The overhead of a list or a map, and of each of its elements.
const CONTAINER_BYTES: usize = 3;
const ELEMENT_BYTES: usize = 1;

/// The size of an item: the sum over its attributes of name and value.
#[must_use]
pub fn item_size_bytes(item: &Item) -> usize {
    item.inner().iter().map(|(name, value)| name.len() + value_size_bytes(value)).sum()
}

fn value_size_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number_size_bytes(number),
        AttributeValue::B(bytes) => bytes.len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::M(map) => {
            let entry =
                |(name, value): (&String, &AttributeValue)| ELEMENT_BYTES + name.len() + value_size_bytes(value);
            CONTAINER_BYTES + map.iter().map(entry).sum::<usize>()
        }
        AttributeValue::L(list) => {
            CONTAINER_BYTES + list.iter().map(|value| ELEMENT_BYTES + value_size_bytes(value)).sum::<usize>()
        }
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number_size_bytes(number)).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(Vec::len).sum(),
    }
}

/// One byte for two significant digits, one more, and one for a minus sign.
fn number_size_bytes(text: &str) -> usize {
    let negative = usize::from(text.starts_with('-'));
    let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len().div_ceil(2) + 1 + negative
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(value: AttributeValue) -> usize {
        item_size_bytes(&Item::from(std::collections::HashMap::from([("name".to_owned(), value)])))
    }

    #[test]
    fn names_and_values_count_in_utf_8() {
        assert_eq!(size(AttributeValue::S("Käse".to_owned())), 4 + 5);
        assert_eq!(size(AttributeValue::B(vec![0; 32])), 4 + 32);
        assert_eq!(size(AttributeValue::Bool(true)), 4 + 1);
    }

    #[test]
    fn numbers_count_a_byte_for_two_significant_digits_and_one_more() {
        for (text, bytes) in [("0", 1), ("7", 2), ("42", 2), ("1700", 2), ("-42", 3), ("1763718723045", 8), ("0.05", 2)]
        {
            assert_eq!(size(AttributeValue::N(text.to_owned())), 4 + bytes, "{text}");
        }
    }

    #[test]
    fn containers_cost_three_bytes_and_one_an_element() {
        let list = AttributeValue::L(vec![AttributeValue::Null(true), AttributeValue::S("ab".to_owned())]);
        assert_eq!(size(list.clone()), 4 + 3 + 2 + 3);
        let map = AttributeValue::M(std::collections::HashMap::from([("k".to_owned(), list)]));
        assert_eq!(size(map), 4 + 3 + 1 + 1 + 8);
    }
}
