import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createUserData } from "../../infra/boot/cloud-config.ts";

const createFile = (content: string) => ({ path: "/etc/file", mode: "0644", content }) as const;

test("a host's files are readable in its user data, line by line", () => {
  const long = `ExecStart=/usr/bin/program ${"--option=value ".repeat(20)}`.trim();
  const files = [createFile(`[Service]\n${long}\n`)];
  expect(createUserData({ user: "tripod", files, command: "/usr/local/sbin/boot" }))
    .toBe(`#cloud-config
users:
  - default
  - name: tripod
    system: true
    no_create_home: true
    shell: /usr/sbin/nologin
write_files:
  - path: /etc/file
    permissions: "0644"
    content: |
      [Service]
      ${long}
runcmd:
  - - /usr/local/sbin/boot
`);
});

test("a file comes back as it was, whatever is in it, and equal hosts have equal user data", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab:#-'\"\\|>%@`~!&*? \t\n".split("")) });
  fc.assert(
    fc.property(text, (content) => {
      const host = { files: [createFile(content), createFile("no")], command: "yes" };
      const userData = createUserData(host);
      const { write_files: files, runcmd } = parse(userData, { version: "1.1" });
      expect([files[0].content, files[1].content, runcmd]).toEqual([content, "no", [["yes"]]]);
      expect(createUserData(structuredClone(host))).toBe(userData);
    }),
  );
});

const create = (bytes: number) =>
  createUserData({ files: [createFile("x".repeat(bytes))], command: "/boot" });

test("user data that EC2 would refuse is refused before", () => {
  expect(create(16_000).length).toBeLessThan(16_384);
  expect(() => create(16_384)).toThrow(/^user data of 16\d{3} bytes: EC2 takes 16384 at most$/);
});
