/** What tests of the machinery run: whatever tasks are shipped, these stay. */
export const fixtureTasks = new URL("./tasks/", import.meta.url);
