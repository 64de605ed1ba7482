/** What watches the queue: on the monitor host, or beside everything else on one machine. */

/** TCP ports, each its program's customary one. */
export const monitoringPorts = {
  prometheus: 9090,
  grafana: 3000,
  tempo: 3200,
  loki: 3100,
  redisExporter: 9121,
  nodeExporter: 9100,
} as const;

/** EC2 tags by which Prometheus finds a deployment's hosts. */
export const hostTags = { role: "tripod:role", stack: "tripod:stack" } as const;
