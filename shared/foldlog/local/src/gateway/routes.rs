//! Finding a route as API Gateway does: literals before variables, those before greedy ones, `$default` last. The path is
//! decoded before that, as a whole, so a slash that is encoded separates as any other does.

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
    /// The decoded path.
    pub(crate) path: String,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Routes {
    /// Adds routes. The error names a route that conflicts with another.
    pub(crate) fn new(routes: Vec<Route>) -> Result<Self, String> {
        one_name_for_each_level(&routes)?;
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
        let path = decoded(path);
        for (method, greedy) in [(method, false), ("ANY", false), (method, true), ("ANY", true)] {
            let router = self.routers.get(&(method.to_owned(), greedy));
            let Some(found) = router.and_then(|router| router.at(&path).ok()) else { continue };
            let route = found.value;
            let values = found.params.iter().map(|(_, value)| value.to_owned());
            let parameters = names(&route.path).map(str::to_owned).zip(values).collect();
            return Some(Found { route, path, parameters });
        }
        self.default.as_ref().map(|route| Found { route, path, parameters: BTreeMap::new() })
    }
}

/// A path as API Gateway sees it: a question mark that was encoded ends it.
fn decoded(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    decoded.split('?').next().unwrap_or_default().to_owned()
}

/// API Gateway refuses paths of one shape whose variables have different names, and drops them silently unless it fails
/// on warnings. So the variables below one prefix have one name here, whatever follows. A greedy one makes another
/// shape.
fn one_name_for_each_level(routes: &[Route]) -> Result<(), String> {
    let mut levels: BTreeMap<String, (&str, &Route)> = BTreeMap::new();
    for route in routes {
        let mut prefix = String::new();
        for segment in route.path.split('/') {
            if let Some((name, false)) = variable(segment) {
                let (known, other) = levels.entry(prefix.clone()).or_insert((name, route));
                if *known != name {
                    let (key, other) = (route.key(), other.key());
                    return Err(format!("{key}: the variable {{{name}}} is {{{known}}} in {other}; give it one name"));
                }
                prefix.push_str("/{}");
            } else {
                prefix.push('/');
                prefix.push_str(segment);
            }
        }
    }
    Ok(())
}

/// The router requires one name for the variables at one position, whatever comes before them.
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
        all(keys).unwrap()
    }

    fn all(keys: &[&str]) -> Result<Routes, String> {
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
        Routes::new(keys.iter().map(route).collect())
    }

    fn found(routes: &Routes, method: &str, path: &str) -> Option<(String, Vec<(String, String)>)> {
        routes.find(method, path).map(|found| (found.route.key(), found.parameters.into_iter().collect()))
    }

    #[test]
    fn a_literal_goes_before_a_variable_and_a_variable_before_a_greedy_one() {
        let routes = routes(&["GET /a/{id}", "GET /a/new", "GET /a/{proxy+}", "GET /a/{id}/b"]);
        let key = |path| found(&routes, "GET", path).map(|(key, _)| key);
        assert_eq!(key("/a/new").as_deref(), Some("GET /a/new"));
        assert_eq!(key("/a/other").as_deref(), Some("GET /a/{id}"));
        assert_eq!(key("/a/new/b").as_deref(), Some("GET /a/{id}/b"));
        assert_eq!(key("/a/x/y/z").as_deref(), Some("GET /a/{proxy+}"));
        assert_eq!(key("/b"), None);
    }

    /// As people found on AWS: <https://stackoverflow.com/questions/69677023>, <https://github.com/hotsock/voker/pull/8>.
    #[test]
    fn a_path_is_decoded_before_its_route_is_looked_for() {
        let routes = routes(&["GET /stock/{id}", "GET /stock/{id}/{sku}", "GET /ops/parked/{id}"]);
        let parameters = |path| found(&routes, "GET", path).map(|(_, parameters)| parameters);
        let of = |pairs: &[(&str, &str)]| Some(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect());
        assert_eq!(parameters("/stock/t%C3%A9%20x"), of(&[("id", "té x")]));
        assert_eq!(parameters("/stock/a%2Fb"), of(&[("id", "a"), ("sku", "b")]));
        assert_eq!(parameters("/ops/parked/a%2Fb"), None);
        assert_eq!(parameters("/stock/a%252Fb"), of(&[("id", "a%2Fb")]), "once");
        assert_eq!(parameters("/stock/a%3Fb"), of(&[("id", "a")]));
    }

    #[test]
    fn a_level_has_one_name() {
        let clash = all(&["GET /stock/{sku}", "POST /stock/{warehouse}/{sku}/receive"]).err().unwrap();
        let expected = "POST /stock/{warehouse}/{sku}/receive: the variable {warehouse} is {sku} in GET /stock/{sku}; \
                        give it one name";
        assert_eq!(clash, expected);
        assert!(all(&["GET /a/{id}", "POST /a/{id}/b/{sku}", "GET /b/{sku}", "GET /c/{id}/{sku}"]).is_ok());
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
