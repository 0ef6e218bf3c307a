//! The metrics on a dashboard of the template. A dashboard of more than fifty is never free.

use serde_json::Value as Json;
use yaml_serde::Value;

/// The number of metrics on a dashboard. A search finds one of each view. None if its body is not JSON that `Sub`
/// completes.
pub(crate) fn metrics(dashboard: &Value, views: usize) -> Option<u64> {
    let body = dashboard.get("Properties")?.get("DashboardBody")?;
    let body_of: Json = serde_json::from_str(body.get(0)?.as_str()?).ok()?;
    let lists = body.get(1).and_then(Value::as_mapping);
    let named = |row: &Json| {
        let found = lists.into_iter().flatten().find(|(name, _)| {
            let name = format!("${{{}}}", name.as_str().unwrap_or_default());
            row.as_array().is_some_and(|row| row.iter().any(|field| field.as_str() == Some(&name)))
        });
        found.and_then(|(_, list)| list.get(1)?.as_sequence()).map_or(1, Vec::len)
    };
    let widgets = body_of["widgets"].as_array().into_iter().flatten();
    let rows = widgets.flat_map(|widget| widget["properties"]["metrics"].as_array().into_iter().flatten());
    let count: usize = rows
        .map(|row| {
            let searches = row[0]["expression"].as_str().is_some_and(|expression| expression.starts_with("SEARCH("));
            if searches { views } else { named(row) }
        })
        .sum();
    Some(count as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_as_many_metrics_and_a_search_finds_each_view() {
        let dashboard = r#"
            Properties:
              DashboardBody: !Sub
                - |
                  {"widgets": [
                    {"type": "log", "properties": {"query": "stats sum(Commands)"}},
                    {"type": "metric", "properties": {"metrics": [["N", "Errors", "FunctionName", "${Functions}"]]}},
                    {"type": "metric", "properties": {"metrics": [["N", "Count", "ApiId", "${HttpApi}"], ["...", {}],
                      [{"expression": "SEARCH('{N}', 'p99', 60)"}]]}}
                  ]}
                - Functions: !Join [',', [!Ref A, !Ref B, !Ref C]]
        "#;
        assert_eq!(metrics(&yaml_serde::from_str(dashboard).unwrap(), 7).unwrap(), 3 + 2 + 7);
    }
}
