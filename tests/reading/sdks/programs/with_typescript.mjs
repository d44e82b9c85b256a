// Chat Completions and Responses by OpenAI's TypeScript SDK, traced by MLflow's.

import * as mlflow from "mlflow-tracing";
import { tracedOpenAI } from "mlflow-openai";
import OpenAI from "openai";

const { MLFLOW_TRACKING_URI, MLFLOW_EXPERIMENT_ID, VENDOR_URL } = process.env;
const TOOL = "look_up";
const MODEL = "gpt-4o-mini";
const parameters = { type: "object", properties: { subject: { type: "string" } }, required: ["subject"] };
const tools = [{ type: "function", function: { name: TOOL, parameters } }];

mlflow.init({ trackingUri: MLFLOW_TRACKING_URI, experimentId: MLFLOW_EXPERIMENT_ID });
const client = tracedOpenAI(new OpenAI({ baseURL: `${VENDOR_URL}/v1`, apiKey: "sk-none", maxRetries: 0 }));

const system = (scenario) => `Rules for ${scenario}: keep the *harbour* log.`;
const question = (scenario) => `Question of ${scenario}: what is in the log?`;
const asked = (scenario) => [
  { role: "system", content: system(scenario) },
  { role: "user", content: question(scenario) },
];

await client.chat.completions.create({ model: MODEL, messages: asked("typescript_chat") });

const name = "typescript_responses";
await client.responses.create({ model: MODEL, instructions: system(name), input: question(name) });

const lookUp = mlflow.trace(({ subject }) => `Finding on ${subject}: 三 boats, “two” barges`, {
  name: TOOL,
  spanType: mlflow.SpanType.TOOL,
});
const agent = mlflow.trace(
  async (scenario) => {
    const messages = asked(scenario);
    for (;;) {
      const { message } = (await client.chat.completions.create({ model: MODEL, messages, tools })).choices[0];
      if (!message.tool_calls?.length) return message.content;
      messages.push(message);
      for (const call of message.tool_calls) {
        const content = await lookUp(JSON.parse(call.function.arguments));
        messages.push({ role: "tool", tool_call_id: call.id, content });
      }
    }
  },
  { name: "agent", spanType: mlflow.SpanType.AGENT },
);
await agent("typescript_agent");

await mlflow.flushTraces();
