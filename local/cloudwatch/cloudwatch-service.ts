import { type CommandService, notImplemented } from '../service.ts';

/** Alarms and dashboards as they were deployed: kept, never evaluated. Metric data is taken and dropped. */
export class CloudWatchService implements CommandService {
  readonly alarms = new Map<string, Record<string, unknown>>();
  readonly dashboards = new Map<string, string>();

  async call(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    switch (operation) {
      case 'PutMetricData':
        return {};
      case 'DescribeAlarms': {
        const names = input.AlarmNames as string[] | undefined;
        const chosen = [...this.alarms.values()].filter((alarm) => !names || names.includes(String(alarm.AlarmName)));
        return { MetricAlarms: chosen.map((alarm) => ({ ...alarm, StateValue: 'INSUFFICIENT_DATA' })) };
      }
      case 'ListDashboards':
        return { DashboardEntries: [...this.dashboards.keys()].map((name) => ({ DashboardName: name })) };
      case 'GetDashboard': {
        const name = String(input.DashboardName);
        return { DashboardName: name, DashboardBody: this.dashboards.get(name) };
      }
      default:
        throw notImplemented(`cloudwatch ${operation}`);
    }
  }
}
