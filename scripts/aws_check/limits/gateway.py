"""API Gateway's HTTP API, which SAM hands over as an OpenAPI document."""

from ..stack import Check, compact, wrong

QUOTAS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"
IMPORT = "https://docs.aws.amazon.com/apigateway/latest/api/API_ImportRestApi.html"
ROUTES = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"
TOKENS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html"
CORS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html"

API = "AWS::ApiGatewayV2::Api"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method")


def bodies(stack):
    return [(id, api["Body"]) for id, api in stack.of_kind(API) if "Body" in api]


def body(stack):
    return stack.first(API, "Body")["Body"]


def operations(stack):
    """Each route: its key, and what the document says of it."""
    for _, document in bodies(stack):
        for path, methods in document["paths"].items():
            for method in METHODS:
                if method in methods:
                    yield f"{method.upper()} {path}", methods[method]


def routes(stack):
    yield len(list(operations(stack))), "paths"


def many_routes(stack):
    operation = next(operations(stack))[1]
    body(stack)["paths"] |= {f"/added{n}": {"get": operation} for n in range(301)}


def integrations(stack):
    """At most one for each route: equal ones may become one."""
    yield sum("x-amazon-apigateway-integration" in operation for _, operation in operations(stack)), "paths"


def documents(stack):
    return [(len(compact(document).encode()), id) for id, document in bodies(stack)]


def large_document(stack):
    body(stack)["info"]["description"] = "x" * 6_000_000


def schemes(document):
    return document.get("components", {}).get("securitySchemes", {})


def authorizers(stack):
    return [(len(schemes(document)), id) for id, document in bodies(stack)]


def many_authorizers(stack):
    schemes(body(stack)).update({f"Added{n}": {} for n in range(11)})


def audiences(stack):
    for _, document in bodies(stack):
        for name, scheme in schemes(document).items():
            jwt = scheme.get("x-amazon-apigateway-authorizer", {}).get("jwtConfiguration", {})
            yield len(jwt.get("audience", [])), name


def many_audiences(stack):
    [scheme, *_] = schemes(body(stack)).values()
    scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]["audience"] = [str(n) for n in range(51)]


def scopes(stack):
    for route, operation in operations(stack):
        for requirement in operation.get("security", []):
            yield from ((len(scopes), route) for scopes in requirement.values())


def many_scopes(stack):
    operation = next(operation for _, operation in operations(stack) if "security" in operation)
    operation["security"] = [{"Jwt": [str(n) for n in range(11)]}]


def undeclared(stack):
    """A route whose authorizer is not there is dropped. SAM says NONE of a route that needs no token."""
    names = {name for _, document in bodies(stack) for name in schemes(document)} | {"NONE"}
    return wrong(
        f"{route}: {name}"
        for route, operation in operations(stack)
        for requirement in operation.get("security", [])
        for name in requirement.keys() - names
    )


def misspelt(stack):
    next(operations(stack))[1]["security"] = [{"Jvt": []}]


def bad_issuers(stack):
    """The gateway asks an issuer for its keys, and drops the authorizer with its routes if there is none."""

    def issuers():
        for _, document in bodies(stack):
            for name, scheme in schemes(document).items():
                yield name, scheme.get("x-amazon-apigateway-authorizer", {}).get("jwtConfiguration", {})

    return wrong(name for name, jwt in issuers() if not str(jwt.get("issuer", "")).startswith("https://"))


def bad_issuer(stack):
    [scheme, *_] = schemes(body(stack)).values()
    scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]["issuer"] = "http://issuer.example"


def lenient(stack):
    return wrong(id for id, api in stack.of_kind(API) if api.get("FailOnWarnings") not in (True, "true"))


def relent(stack):
    del stack.first(API, "FailOnWarnings")["FailOnWarnings"]


def clashing_paths(stack):
    """Two names for the variable at one place, or a greedy variable that is not the last."""

    def places():
        names = {}
        for _, document in bodies(stack):
            for path in document["paths"]:
                shape = ""
                segments = path.split("/")[1:]
                for place, segment in enumerate(segments):
                    if segment.startswith("{"):
                        greedy = segment.endswith("+}")
                        if greedy and place + 1 < len(segments):
                            yield f"{path}: {segment} is not the last"
                        known = names.setdefault((shape, greedy), segment)
                        if known != segment:
                            yield f"{path}: {segment} is {known} elsewhere"
                        segment = "{}"
                    shape += f"/{segment}"

    return wrong(places())


def clash(stack):
    paths = body(stack)["paths"]
    path = next(path for path in paths if path.endswith("}"))
    paths[path.rpartition("/")[0] + "/{added}/more"] = paths[path]


def open_to_all(stack):
    """Browsers send no credentials to a server that lets every origin in."""
    cors = [(id, document.get("x-amazon-apigateway-cors", {})) for id, document in bodies(stack)]
    return wrong(id for id, each in cors if "*" in each.get("allowOrigins", []) and each.get("allowCredentials"))


def let_all_in(stack):
    body(stack)["x-amazon-apigateway-cors"] = {"allowOrigins": ["*"], "allowCredentials": True}


def formats(stack):
    stages = stack.of_kind("AWS::ApiGatewayV2::Stage")
    return [(len(stage.get("AccessLogSettings", {}).get("Format", "").encode()), id) for id, stage in stages]


def long_format(stack):
    stack.first("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]["Format"] = "x" * 3073


def stages(stack):
    yield len(stack.of_kind("AWS::ApiGatewayV2::Stage")), "stages"


def many_stages(stack):
    for _ in range(11):
        stack.add("AWS::ApiGatewayV2::Stage")


def strange_settings(stack):
    """Settings of a route that is not there: the stage is refused."""
    keys = {route for route, _ in operations(stack)}
    return wrong(
        f"{id}: {route}"
        for id, stage in stack.of_kind("AWS::ApiGatewayV2::Stage")
        for route in stage.get("RouteSettings", {})
        if route not in keys
    )


def set_strangely(stack):
    stack.first("AWS::ApiGatewayV2::Stage").setdefault("RouteSettings", {})["GET /nowhere"] = {}


CHECKS = [
    Check("API Gateway: routes", 300, QUOTAS, routes, many_routes),
    Check("API Gateway: integrations", 300, QUOTAS, integrations, many_routes),
    Check("API Gateway: bytes of the document", 6_000_000, IMPORT, documents, large_document),
    Check("API Gateway: authorizers", 10, QUOTAS, authorizers, many_authorizers),
    Check("API Gateway: audiences of an authorizer", 50, QUOTAS, audiences, many_audiences),
    Check("API Gateway: scopes of a route", 10, QUOTAS, scopes, many_scopes),
    Check("API Gateway: routes under an authorizer that is not there", 0, TOKENS, undeclared, misspelt),
    Check("API Gateway: issuers without https", 0, TOKENS, bad_issuers, bad_issuer),
    Check("API Gateway: APIs that drop what is not understood", 0, IMPORT, lenient, relent),
    Check("API Gateway: paths that clash", 0, ROUTES, clashing_paths, clash),
    Check("API Gateway: credentials from every origin", 0, CORS, open_to_all, let_all_in),
    Check("API Gateway: bytes of the access log's format", 3072, QUOTAS, formats, long_format),
    Check("API Gateway: stages", 10, QUOTAS, stages, many_stages),
    Check("API Gateway: settings of routes that are not there", 0, ROUTES, strange_settings, set_strangely),
]
