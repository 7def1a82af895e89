// Starts the page. Everything it needs comes with it: workers, styles and fonts are bundled.

import 'graphiql/setup-workers/vite';
// The style sheets one by one: `graphiql/style.css` would add half a megabyte of fonts.
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './weft.css';

import { createRoot } from 'react-dom/client';
import { Page } from './page';

const FONTS = ['400 15px Roboto', '500 15px Roboto', '400 15px "Fira Code"'];

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');

// The fonts first: the editor measures its letters once, and the tabs remember where they were
// drawn first, so a font that comes later leaves the caret and the first click in wrong places.
void Promise.allSettled(FONTS.map((font) => document.fonts.load(font))).then(() => {
  createRoot(root).render(<Page />);
});
