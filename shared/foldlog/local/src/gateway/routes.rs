//! Finding a route as API Gateway does: literals before variables, those before greedy ones, `$default` last.

use super::api::Route;
use matchit::Router;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// All routes, ready for look-up.
#[derive(Default)]
pub(crate) struct Routes {
    /// By method, and whether the path ends in a greedy variable.
    routers: BTreeMap<(String, bool), Router<Route>>,
    default: Option<Route>,
}

/// A route with the values of its path variables.
pub(crate) struct Found<'a> {
    pub(crate) route: &'a Route,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Routes {
    /// Adds routes. The error names a route that conflicts with another.
    pub(crate) fn new(routes: Vec<Route>) -> Result<Self, String> {
        let mut lookup = Self::default();
        for route in routes {
            if route.path == "$default" {
                lookup.default = Some(route);
                continue;
            }
            let (key, path) = (route.key(), positional(&route.path));
            let kind = (route.method.clone(), route.path.ends_with("+}"));
            lookup.routers.entry(kind).or_default().insert(path, route).map_err(|error| format!("{key}: {error}"))?;
        }
        Ok(lookup)
    }

    /// The route of a request, by its path as it was sent.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        for (method, greedy) in [(method, false), ("ANY", false), (method, true), ("ANY", true)] {
            let router = self.routers.get(&(method.to_owned(), greedy));
            let Some(found) = router.and_then(|router| router.at(path).ok()) else { continue };
            let route = found.value;
            let values =
                found.params.iter().map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned());
            let parameters = names(&route.path).map(str::to_owned).zip(values).collect();
            return Some(Found { route, parameters });
        }
        self.default.as_ref().map(|route| Found { route, parameters: BTreeMap::new() })
    }
}

/// The router requires one name for the variables at one position; a template need not use one.
fn positional(path: &str) -> String {
    let segments = path.split('/').enumerate().map(|(position, segment)| match variable(segment) {
        Some((_, true)) => format!("{{*p{position}}}"),
        Some((_, false)) => format!("{{p{position}}}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| variable(segment).map(|(name, _)| name))
}

/// The name of a variable segment, and whether it is greedy.
fn variable(segment: &str) -> Option<(&str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix('+').map_or((name, false), |name| (name, true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn routes(keys: &[&str]) -> Routes {
        let route = |key: &&str| {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
            Route {
                method: method.to_owned(),
                path: path.to_owned(),
                binary: String::new(),
                authorized: false,
                scopes: Vec::new(),
                timeout: Duration::ZERO,
            }
        };
        Routes::new(keys.iter().map(route).collect()).unwrap()
    }

    fn found(routes: &Routes, method: &str, path: &str) -> Option<(String, Vec<(String, String)>)> {
        routes.find(method, path).map(|found| (found.route.key(), found.parameters.into_iter().collect()))
    }

    #[test]
    fn a_literal_goes_before_a_variable_and_a_variable_before_a_greedy_one() {
        let routes = routes(&["GET /a/{id}", "GET /a/new", "GET /a/{proxy+}", "GET /a/{key}/b"]);
        let key = |path| found(&routes, "GET", path).map(|(key, _)| key);
        assert_eq!(key("/a/new").as_deref(), Some("GET /a/new"));
        assert_eq!(key("/a/other").as_deref(), Some("GET /a/{id}"));
        assert_eq!(key("/a/new/b").as_deref(), Some("GET /a/{key}/b"));
        assert_eq!(key("/a/x/y/z").as_deref(), Some("GET /a/{proxy+}"));
        assert_eq!(key("/b"), None);
    }

    #[test]
    fn variables_are_decoded_and_a_slash_that_is_encoded_does_not_separate() {
        let routes = routes(&["GET /stock/{warehouse}/{sku}"]);
        let (_, parameters) = found(&routes, "GET", "/stock/a%2Fb/t%C3%A9").unwrap();
        let expected = [("sku", "té"), ("warehouse", "a/b")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(parameters, expected);
    }

    #[test]
    fn a_method_goes_before_any_and_the_default_takes_the_rest() {
        let routes = routes(&["ANY /a", "GET /a", "$default"]);
        let key = |method, path| found(&routes, method, path).unwrap().0;
        assert_eq!(key("GET", "/a"), "GET /a");
        assert_eq!(key("PUT", "/a"), "ANY /a");
        assert_eq!(key("GET", "/b"), "$default");
    }
}
