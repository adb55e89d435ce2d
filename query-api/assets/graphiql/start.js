// A token may come in the fragment, `/graphiql#token=…`, which a browser never sends to a server. It is kept for this tab only.
"use strict";

const fragment = new URLSearchParams(window.location.hash.slice(1));
if (fragment.has("token")) {
  sessionStorage.setItem("orderly-token", fragment.get("token"));
  history.replaceState(null, "", window.location.pathname + window.location.search);
}
const token = sessionStorage.getItem("orderly-token");
const authorization = token && { Authorization: `Bearer ${token}` };

const example = `# A page of orders with their lines. Press play; the schema is in the book on the left.
{
  orders(first: 10) {
    nodes {
      number
      status
      placedAt
      total { amount currency }
      lines { sku name quantity net { amount } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

// The token goes with every request, that for the schema included, whatever tab is open; what stands in the headers' editor wins over it.
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "/graphql", headers: authorization || {} }),
    defaultQuery: example,
    headers: authorization ? "" : JSON.stringify({ Authorization: "Bearer paste a token here: orderly token" }, null, 2),
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: "headers",
  }),
);
