import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The folder that the panel may load from. */
export function panelResources(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist');
}

/**
 * The page around the panel: nothing but its script and style may load, and nothing may be fetched. The meta element `csp-nonce` is
 * where @vscode/webview-ui-toolkit looks for the nonce of the style elements that it makes.
 */
export function panelPage(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  const resource = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(panelResources(extensionUri), name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta property="csp-nonce" content="${nonce}">
  <link rel="stylesheet" href="${resource('webview.css')}">
  <title>Faultline</title>
</head>
<body>
  <main id="app"></main>
  <script nonce="${nonce}" src="${resource('webview.js')}"></script>
</body>
</html>`;
}
