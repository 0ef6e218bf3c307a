//! The roles of the shop's users.

use std::str::FromStr;

/// A role, which decides the routes that its user can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Customers buy.
    Customer,
    /// The staff keep catalogue and stock.
    Staff,
    /// Operators see the log.
    Operator,
}

impl Role {
    const ALL: [Self; 3] = [Self::Customer, Self::Staff, Self::Operator];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Operator => "operator",
        }
    }

    /// The scope that its routes require.
    #[must_use]
    pub fn scope(self) -> String {
        format!("shop/{}", self.name())
    }
}

/// A user in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The role.
    pub role: Role,
    /// The subject of the token (`sub`), such as `customer:alice`.
    pub subject: String,
}

impl Identity {
    /// A user without a name in this role.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Self { role, subject: role.name().to_owned() }
    }

    /// The customer of this name.
    #[must_use]
    pub fn customer(name: &str) -> Self {
        Self { role: Role::Customer, subject: format!("{}:{name}", Role::Customer.name()) }
    }
}

impl FromStr for Identity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || "say customer:<name>, staff, staff:<name>, operator or operator:<name>".to_owned();
        let (role, name) = match text.split_once(':') {
            Some((role, name)) => (role, Some(name)),
            None => (text, None),
        };
        let role = Role::ALL.into_iter().find(|known| known.name() == role).ok_or_else(expected)?;
        match name {
            None if role == Role::Customer => Err("a customer has a name: say customer:<name>".to_owned()),
            None => Ok(Self::of(role)),
            Some(name) if !name.is_empty() && name.chars().all(|letter| letter.is_ascii_graphic()) => {
                Ok(Self { role, subject: text.to_owned() })
            }
            Some(_) => Err(expected()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_a_role_and_who_is_in_it() {
        for (text, role, subject) in [
            ("customer:alice", Role::Customer, "customer:alice"),
            ("staff", Role::Staff, "staff"),
            ("staff:bruno", Role::Staff, "staff:bruno"),
            ("operator", Role::Operator, "operator"),
            ("operator:chen", Role::Operator, "operator:chen"),
        ] {
            assert_eq!(text.parse(), Ok(Identity { role, subject: subject.to_owned() }));
        }
        assert_eq!("customer:alice".parse(), Ok(Identity::customer("alice")));
    }

    #[test]
    fn a_customer_without_a_name_and_an_unknown_role_are_refused() {
        for text in ["", "customer", "customer:", "customer: ", "staff:", "Staff", "root", "shop/staff"] {
            assert!(text.parse::<Identity>().is_err(), "{text}");
        }
    }
}
