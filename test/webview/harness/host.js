// Stands for VS Code: theme variables on the root element, the API, and the messages that the extension would send.
{
  const { theme, scenario, start } = JSON.parse(document.getElementById('harness-data').textContent);
  for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
  document.body.className = theme.kind;
  document.body.dataset.vscodeThemeKind = theme.kind;

  const posted = [];
  const violations = [];
  document.addEventListener('securitypolicyviolation', (event) =>
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
  );
  const send = (message) => window.postMessage(message, '*');
  const { subject, events } = scenario;

  const answers = {
    ready: () => {
      if (start === 'replay') send({ kind: 'replay', subject, events });
      else if (start === 'subject') send({ kind: 'subject', subject });
    },
    run: () => {
      for (const event of events) send({ kind: 'event', event });
    },
    cancel: () => send({ kind: 'event', event: { kind: 'cancelled' } }),
  };
  const stateKey = 'vscode-state';
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => {
      posted.push(message);
      answers[message.kind]?.();
    },
    getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem(stateKey, JSON.stringify(state)),
  });
  window.harness = { posted, violations, send };
}
