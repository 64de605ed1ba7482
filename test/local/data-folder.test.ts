import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDataFolder } from "../../src/local/data-folder.ts";
import { openSmallDisk } from "../faults/small-disk.ts";
import { startLauncher } from "../support/launcher.ts";
import { findObstacle } from "../support/requirements.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

const remedy = "put that right, or set TRIPOD_DATA to another folder";
const launcher = join(import.meta.dirname, "../../src/local/main.ts");
const nobody = 65_534;

test("makes a folder that can be used, and leaves nothing in it", () => {
  const folder = join(createTemporaryFolder(), "new", "data");
  makeDataFolder(folder);
  makeDataFolder(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test("says that data cannot be kept in a file", () => {
  const file = join(createTemporaryFolder(), "file");
  writeFileSync(file, "");
  expect(() => makeDataFolder(file)).toThrow(
    `cannot keep data in "${file}": it, or what it is to be in, is no folder (`,
  );
  expect(() => makeDataFolder(join(file, "data"))).toThrow("is to be in, is no folder (");
  expect(() => makeDataFolder(file)).toThrow(`; ${remedy}`);
});

test.runIf(process.platform === "linux")("says that nothing can be kept below /proc", () => {
  expect(() => makeDataFolder("/proc/tripod")).toThrow(
    'cannot keep data in "/proc/tripod": nothing can be made there (',
  );
});

test("npm start says what is wrong with the folder before it starts anything", async () => {
  const file = join(createTemporaryFolder(), "file");
  writeFileSync(file, "");
  const own = await startLauncher({ dataFolder: file });
  const given = await startLauncher({
    dataFolder: file,
    env: { REDIS_URL: "redis://127.0.0.1:1" },
  });
  const told = expect.stringMatching(
    /^cannot keep data in ".+": it, or .+ no folder \(.+\); .+\n$/,
  );

  expect([await own.ended, own.output()]).toEqual([1, told]);
  expect([await given.ended, given.output()]).toEqual([1, told]);
});

const obstacle = findObstacle("give folders to others, and fill disks", {
  commands: ["nsenter", "setpriv", "unshare"],
  namespaces: true,
});

test.skipIf(obstacle !== undefined)(
  "npm start says that the folder is somebody else's",
  async () => {
    const folder = createTemporaryFolder();
    // Without root's right to pass over who owns what, yet able to read these sources.
    const bounded = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] as const;
    const command = [...bounded, process.execPath, launcher] as const;
    chownSync(folder, nobody, nobody);
    chmodSync(folder, 0o700);
    const theirs = await startLauncher({ dataFolder: folder, command: [...command] });
    expect([await theirs.ended, theirs.output()]).toEqual([
      1,
      expect.stringMatching(/": this user may not use it, or what is in it \(.+\); .+\n$/),
    ]);

    // As after a start with sudo, of a folder that was made before.
    chownSync(folder, 0, 0);
    mkdirSync(join(folder, "redis"), { mode: 0o700 });
    chownSync(join(folder, "redis"), nobody, nobody);
    const inside = await startLauncher({ dataFolder: folder, command: [...command] });
    expect([await inside.ended, inside.output()]).toEqual([
      1,
      expect.stringMatching(/": this user may not use it, or what is in it \(.+redis.+\); .+\n$/),
    ]);
  },
);

test.skipIf(obstacle !== undefined).each([
  ["is full", true, "its disk is full ("],
  ["has little room", false, "its disk has 8 MB left, expected at least 16 MB"],
])("npm start says that the folder's disk %s", async (_, filled, told) => {
  const disk = await openSmallDisk(8);
  if (filled) disk.fill();
  const [file = "", ...args] = disk.enter;
  const { ended, output } = await startLauncher({
    dataFolder: disk.folder,
    command: [file, ...args, process.execPath, launcher],
  });

  expect([await ended, output()]).toEqual([
    1,
    expect.stringContaining(`cannot keep data in "${disk.folder}": ${told}`),
  ]);
});
