// Starts the page. When every part of it has started the document says so (data-started).
import { startIn } from './parts.js'

await startIn(document)
