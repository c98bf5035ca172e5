const editor = document.getElementById("editor");

async function fetcher(operation, options) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRF-Token": editor.dataset.token,
      ...(options && options.headers),
    },
    body: JSON.stringify(operation),
  });
  return response.json();
}

ReactDOM.render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: "{\n  tenant { name }\n  ctos(first: 5) {\n    totalCount\n    edges { node { name headline rating } }\n  }\n}\n",
  }),
  editor,
);
